/** What is done with the data folder itself, and with no server. */
export interface FolderTools {
  /** In full. */
  readonly path: string;
  /** Changes nothing; a server may be running on the folder. Rejects where there is no data in it. */
  check(): Promise<FolderFindings>;
  /** Into a folder that is empty or not there yet: all of the archive, or nothing of it. */
  restore(archive: string): Promise<FolderFindings>;
  /** Whether nothing is there that opens the private keys in it: no file and no setting. */
  lacksKey(): boolean;
}

/** What there is to say about a data folder. */
export interface FolderFindings {
  /** How many accounts can be read, and how many domains they hold. */
  readonly accounts: number;
  readonly domains: number;
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}
