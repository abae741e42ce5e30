import { foldText } from './fold-text.js';

/** A part of a name as its writer set it apart: letters of one script, or digits. */
export interface NamePart {
  /** Folded: lower case, without diacritics. */
  readonly text: string;
  readonly digits: boolean;
  /** True for scripts that are written without spaces. */
  readonly unspaced: boolean;
}

const unspacedScript =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}ー]/u;
const longest = 200;
/** Most names: nothing to see but separators. */
const plainName = /^[a-z_ -]+$/;

/**
 * Splits at separators, case changes, digits and changes of script:
 * `custNm_L2` into `cust`, `nm`, `l`, `2`. Names longer than 200 characters are cut.
 */
export function splitName(name: string): readonly NamePart[] {
  if (plainName.test(name) && name.length <= longest)
    return name
      .split(/[_ -]/)
      .filter(Boolean)
      .map((text) => ({ text, digits: false, unspaced: false }));
  const spaced = name
    .slice(0, longest)
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2');
  const parts: NamePart[] = [];
  for (const match of spaced.matchAll(/\p{Nd}+|[\p{L}\p{M}ー]+/gu)) {
    const [text] = match;
    if (/^\p{Nd}/u.test(text)) parts.push({ text, digits: true, unspaced: false });
    else for (const run of scriptRuns(text)) parts.push(run);
  }
  return parts;
}

function* scriptRuns(text: string): Generator<NamePart> {
  let run = '';
  let unspaced = false;
  for (const letter of text) {
    const now = unspacedScript.test(letter);
    if (run && now !== unspaced) {
      yield { text: foldText(run), digits: false, unspaced };
      run = '';
    }
    unspaced = now;
    run += letter;
  }
  if (run) yield { text: foldText(run), digits: false, unspaced };
}
