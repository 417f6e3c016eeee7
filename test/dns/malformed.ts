/** One answer record whose owner is a pointer to that pointer. */
export function pointerLoop(message: Buffer): Buffer {
  message.writeUInt16BE(1, 6);
  const record = Buffer.alloc(12);
  record.writeUInt16BE(0xc000 | message.length, 0);
  return Buffer.concat([message, record]);
}

/** A TXT record that claims 65,535 octets of data, in a message that counts 65,535 records. */
export function overrun(message: Buffer): Buffer {
  message.writeUInt16BE(65535, 6);
  const record = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 1, 44, 0xff, 0xff]);
  return Buffer.concat([message, record]);
}
