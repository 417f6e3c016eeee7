import { LetterheadError } from '@letterhead/shared';

/** Another process, or another part of this one, holds the data. */
export class StoreInUseError extends LetterheadError {
  /** A sentence that names the data and its holder. */
  readonly holding: string;

  constructor(holding: string) {
    super('unavailable', `${holding} Stop that one first, or set DATA_DIR to another folder.`);
    this.holding = holding;
  }
}
