/** `secret_key_check` recognises the key that encrypts private keys at a start. */
export type SettingKey = 'secret_key_check';

export interface SettingStore {
  get(key: SettingKey): Promise<string | null>;
  /** Sets what has no value yet. Resolves to the value that it has then. */
  setOnce(key: SettingKey, value: string): Promise<string>;
}
