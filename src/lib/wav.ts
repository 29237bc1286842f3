/** Uncompressed sound: 16 bits a sample, one channel, little-endian. */
export interface Pcm {
  readonly samples: Buffer;
  /** Samples in a second. */
  readonly rate: number;
}

const HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;

/** The sound as a WAV file (http://soundfile.sapp.org/doc/WaveFormat/). */
export function writeWav({ samples, rate }: Pcm): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_BYTES - 8 + samples.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * BYTES_PER_SAMPLE, 28);
  header.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  header.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
