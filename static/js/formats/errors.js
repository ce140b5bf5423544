// The root of the named errors. A name is a promise: Python and JavaScript refuse the same thing by the same name.

export class FormatError extends Error {
  get name() {
    return this.constructor.name;
  }
}
