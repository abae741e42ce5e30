const reasons = new Map([
  ['ENOENT', 'it does not exist'],
  ['EACCES', 'permission is denied'],
  ['EPERM', 'permission is denied'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of its path is no folder'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EEXIST', 'it exists already'],
]);

/** Why a file could not be read or written, in words: by the code of Node's error. */
export function reasonOfFileError(code: string): string {
  return reasons.get(code) ?? code;
}
