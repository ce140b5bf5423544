// Waiting, but not for ever.

/** It took too long. */
export class TooLongError extends Error {}

/** What a promise gives, when that takes at most so many milliseconds. */
export function within(milliseconds, promise) {
  let timer = 0;
  const over = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new TooLongError()), milliseconds);
  });
  return Promise.race([promise, over]).finally(() => clearTimeout(timer));
}
