/** ISO/IEC 7812: payment cards; with the prefix 80840, also the US National Provider Identifier. */
export function passesLuhn(text: string): boolean {
  const digits = text.replaceAll(/\D/g, "");
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 1 && sum % 10 === 0;
}

/** 45 CFR 162.406: ten digits, the last of which checks 80840 and the nine before. */
export function isNpi(text: string): boolean {
  return /^[12]\d{9}$/.test(text) && passesLuhn(`80840${text}`);
}

/** Letters of a DEA number, then six digits and the check of them. */
export function isDea(text: string): boolean {
  const match = /^[A-Za-z][A-Za-z9](\d)(\d)(\d)(\d)(\d)(\d)(\d)$/.exec(text);
  if (match === null) return false;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, check] = match.slice(1).map(Number);
  return (a + c + e + 2 * (b + d + f)) % 10 === check;
}

/** ISO 13616: remainder 1 of the rearranged number. */
export function isIban(text: string): boolean {
  const compact = text.replaceAll(/\s/g, "").toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false;
  let remainder = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** United Kingdom NHS number: ten digits, modulo 11. */
export function isNhsNumber(text: string): boolean {
  const digits = text.replaceAll(/\D/g, "");
  if (digits.length !== 10) return false;
  let sum = 0;
  for (let at = 0; at < 9; at += 1) sum += (10 - at) * (digits.charCodeAt(at) - 48);
  const check = 11 - (sum % 11);
  return check !== 10 && (check === 11 ? 0 : check) === digits.charCodeAt(9) - 48;
}
