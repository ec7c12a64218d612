// Values over time in bounded memory. When it is full, neighbours are put together, so it always reaches back to the beginning.

export class Series {
  /** The mean of each stretch. @type {number[]} */
  values = [];
  #most;
  /** How many values a stretch has. */
  #stride = 1;
  #sum = 0;
  #count = 0;

  /** @param {number} most an even number */
  constructor(most = 240) {
    this.#most = most;
  }

  /** @param {number} value */
  add(value) {
    this.#sum += value;
    this.#count += 1;
    if (this.#count < this.#stride) return;
    this.values.push(this.#sum / this.#count);
    this.#sum = this.#count = 0;
    if (this.values.length < this.#most) return;
    this.values = Array.from({ length: this.#most / 2 }, (_, at) => (this.values[2 * at] + this.values[2 * at + 1]) / 2);
    this.#stride *= 2;
  }
}
