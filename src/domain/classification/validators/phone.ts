import { isPossiblePhoneNumber } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/metadata.min';
import { defineValidator } from './validator.js';

/** What stands around the digits of a telephone number; an extension may follow. */
const shape =
  /^(?:tel:|phone:|fax:)?\s*(?:\(?(?:\+|00)\s?[1-9]\d{0,2}\)?[\s.\-/]*)?(?:\(\d{1,5}\)[\s.\-/]*)?\d{1,5}(?:[\s.\-/]{0,3}\(?\d{1,10}\)?){0,6}\s*(?:(?:ext\.?|x|#|;ext=|int\.?|dw)\s*\d{1,6})?$/i;

/**
 * Numbers with a country are asked of libphonenumber; domestic ones are held to seven to twelve digits
 * and to signs that dates, amounts, coordinates and addresses on networks do not show.
 */
export const phoneNumber = defineValidator(
  {
    id: 'phone-number',
    summary: 'A possible international number, or seven to twelve digits written as telephone numbers are',
    source: 'ITU-T E.164; ITU-T E.123; libphonenumber metadata',
    strength: 0.5,
  },
  (value) => {
    if (value.length < 7 || value.length > 40 || !shape.test(value)) return false;
    if (looksLikeSomethingElse(value)) return false;
    const number = value.replace(/\s*(?:ext\.?|x|#|;ext=|int\.?|dw)\s*\d{1,6}$/i, '');
    const digits = number.replace(/\D/g, '');
    if (/^(\d)\1+$/.test(digits) || /\/\//.test(value)) return false;
    const international = /^(?:tel:|phone:|fax:)?\s*\(?(\+|00)/i.exec(number);
    if (international) {
      const significant = international[1] === '+' ? digits : digits.slice(2);
      // Numbers that a generator or a typist padded are still meant as numbers: E.164's length decides then.
      return (
        isPossiblePhoneNumber(`+${significant}`, metadata) || (digits.length >= 8 && digits.length <= 15)
      );
    }
    return digits.length >= 7 && digits.length <= 12;
  },
);

/** Days, times, decimal numbers, ranges of years and IP addresses have digits and separators, too. */
function looksLikeSomethingElse(value: string): boolean {
  return /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}([-/.])\d{1,2}\1(?:19|20)\d{2}|-?\d+\.\d+|\d{1,3}(?:\.\d{1,3}){3}|(?:19|20)\d{2}\s?[-/]\s?(?:19|20)\d{2}|(?:19|20)\d{6}|(?:19|20)\d{2}[01]\d[0-3]\d[0-2]\d[0-5]\d(?:[0-5]\d)?)$/.test(
    value,
  );
}
