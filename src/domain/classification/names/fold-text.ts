/** Letters that Unicode does not decompose, as they are written without the key. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', đ: 'd', ð: 'd', ł: 'l', ı: 'i', þ: 'th', ŋ: 'n', ħ: 'h',
  // Cyrillic, as names are romanised in databases (close to ISO 9 without its diacritics).
  а: 'a', б: 'b', в: 'v', г: 'g', ґ: 'g', д: 'd', е: 'e', є: 'ye', ё: 'e', ж: 'zh', з: 'z', и: 'i', і: 'i',
  ї: 'yi', й: 'y', к: 'k', л: 'l', м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f',
  х: 'kh', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya', ј: 'j',
  љ: 'lj', њ: 'nj', ћ: 'c', џ: 'dz', ђ: 'dj',
  // Greek.
  α: 'a', β: 'v', γ: 'g', δ: 'd', ε: 'e', ζ: 'z', η: 'i', θ: 'th', ι: 'i', κ: 'k', λ: 'l', μ: 'm', ν: 'n',
  ξ: 'x', ο: 'o', π: 'p', ρ: 'r', σ: 's', ς: 's', τ: 't', υ: 'y', φ: 'f', χ: 'ch', ψ: 'ps', ω: 'o',
}; // prettier-ignore

/** The second custom of writing umlauts: `ü` as `ue`, `å` as `aa`. */
const expanded: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };

/**
 * Lower case, without diacritics, Cyrillic and Greek romanised; other scripts are kept.
 * `Größe` and `GROSSE` fold to `grosse`, `Телефон` to `telefon`.
 */
export function foldText(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  // й and ї must be seen before decomposition takes their marks away.
  const lower = text.normalize('NFC').toLowerCase();
  let out = '';
  for (const letter of lower) out += letters[letter] ?? stripMarks(letter);
  return out;
}

/** Both customs of writing a word without its diacritics: `fødsel` as `fodsel` and `foedsel`. */
export function spellings(word: string): readonly string[] {
  const plain = foldText(word);
  const long = foldText(Array.from(word.normalize('NFC').toLowerCase(), (c) => expanded[c] ?? c).join(''));
  return plain === long ? [plain] : [plain, long];
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false;
  return true;
}

/** Letters of names and values repeat: each is looked at once. */
const stripped = new Map<string, string>();

function stripMarks(letter: string): string {
  if (letter < '\u0080') return letter;
  let plain = stripped.get(letter);
  if (plain === undefined) stripped.set(letter, (plain = withoutMarks(letter)));
  return plain;
}

function withoutMarks(letter: string): string {
  // Hangul and kana decompose into parts that are letters of their own: they stay composed.
  if (
    letter < '\u0100' ||
    (letter >= '\u0100' && letter < '\u0370') ||
    (letter >= '\u1e00' && letter < '\u2000')
  ) {
    return Array.from(letter.normalize('NFKD').replace(/\p{M}/gu, ''), (c) => letters[c] ?? c).join('');
  }
  if (letter >= '\u0370' && letter < '\u0530') {
    const base = letter.normalize('NFKD').replace(/\p{M}/gu, '');
    return letters[base] ?? base;
  }
  return letter.normalize('NFKC');
}
