/** An error that the framework prints as its sentence alone: it prints the stack of any other one. */
module.exports = class Refusal extends Error {
  constructor(sentence) {
    super(sentence);
    this.stack = sentence;
  }
};
