import { FILE_LIMITS } from '../../limits.ts';

/** Buffers of one size that serve again and again; no more of them wait than `FILE_LIMITS.spareBuffers`. */
export class BufferPool {
  readonly #size: number;
  readonly #spare: Buffer[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#size);
  }

  giveBack(buffer: Buffer): void {
    if (this.#spare.length < FILE_LIMITS.spareBuffers) this.#spare.push(buffer);
  }
}
