// Numbers that people read out and type again. The twin of tipline/digits.py; docs/formats.md ("Numbers for people")
// fixes them.

// The digit zero of each decimal script of Unicode 14: a fixed list, not \p{Nd}, which differs from browser to browser.
const ZEROS = [
  0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6,
  0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80,
  0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
  0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0,
  0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2,
  0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

const SEPARATORS = [
  0x0009, 0x000a, 0x000d, 0x0020, 0x002c, 0x002d, 0x002e, 0x002f, 0x005f, 0x00a0, 0x00ad, 0x061c,
  0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a,
  0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2028,
  0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x202f, 0x205f, 0x2060, 0x2066, 0x2067, 0x2068,
  0x2069, 0x2212, 0x3000, 0xfe58, 0xfe63, 0xfeff, 0xff0d,
];

// Damm's table of order 10.
const DAMM = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
];

const TO_ASCII = new Map([
  ...SEPARATORS.map((code) => [String.fromCodePoint(code), ""]),
  ...ZEROS.flatMap((zero) => [...Array(10).keys()].map((value) => [String.fromCodePoint(zero + value), String(value)])),
]);

/** The text without separators and with the digits of every script as 0 to 9; other characters stay as they are. */
export function normalise(text) {
  return Array.from(text, (character) => TO_ASCII.get(character) ?? character).join("");
}

/** Damm's check digit for a row of ASCII digits. */
export function checkDigit(digits) {
  let interim = 0;
  for (const digit of digits) {
    interim = Number(DAMM[interim][Number(digit)]);
  }
  return String(interim);
}

/** Whether the last of these ASCII digits is the check digit of the others. */
export function isSound(digits) {
  return checkDigit(digits) === "0";
}

/** The digits in groups of five, as they are shown and read out. */
export function grouped(digits) {
  return digits.match(/.{1,5}/g).join(" ");
}
