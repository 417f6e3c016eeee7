/** Where the store tells the operator what callers are not told; pino's loggers fit. */
export interface StoreLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export const silentLog: StoreLog = { info() {}, warn() {}, error() {} };
