/** What the caller is sent, collected while it is sent: the buffers themselves, up to the limit. */
export class CaptureDraft {
  readonly limitBytes: number;
  readonly chunks: Buffer[] = [];
  headers: readonly string[] = [];
  bytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  began(headers: readonly string[]): void {
    this.headers = headers;
  }

  sent(bytes: Buffer): void {
    const room = this.limitBytes - this.bytes;
    this.bytes += bytes.length;
    if (room > 0) this.chunks.push(bytes.length <= room ? bytes : bytes.subarray(0, room));
  }
}
