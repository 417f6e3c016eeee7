/** By `secret_key_check`, the key that encrypts private keys is recognised at a start. */
export type SettingKey = 'secret_key_check';

export interface SettingStore {
  get(key: SettingKey): Promise<string | null>;
  /** Sets what has no value yet. Resolves to the value that it has then. */
  setOnce(key: SettingKey, value: string): Promise<string>;
}
