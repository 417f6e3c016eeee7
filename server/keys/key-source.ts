/** An RSA-2048 key pair for DKIM. */
export interface KeyPair {
  /** DER SubjectPublicKeyInfo, base64, as published. */
  readonly publicKey: string;
  /** PKCS #8, DER. */
  readonly privateKey: Uint8Array;
}

/** Source of keys for new domains. */
export interface KeySource {
  /**
   * Takes a key for a domain of this account. Accounts are served in turn, the calls of one account in order. Rejects
   * with `unavailable` if no key can be generated, or too many calls of the account are waiting.
   */
  take(account: number): Promise<KeyPair>;
  /** Stops generating keys; waiting calls are rejected with `unavailable`. */
  close(): Promise<void>;
}
