/** Lower-case hexadecimal digits as ASCII. */
export const hexAlphabet = new TextEncoder().encode('0123456789abcdef');
