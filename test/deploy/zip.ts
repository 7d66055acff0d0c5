import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** Signatures, sizes and offsets of the ZIP format: APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16. */
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const DEFLATED = 8;

/** The files of an archive by path. Enough for what the packager writes: no ZIP64, no encryption. */
export async function readZip(path: string): Promise<Map<string, Buffer>> {
  const archive = await readFile(path);
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(END);
  const end = archive.lastIndexOf(signature);
  if (end < 0) throw new Error(`${path} is no ZIP archive`);
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== ENTRY) throw new Error(`${path} has a broken directory`);
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const stored = archive.subarray(start, start + archive.readUInt32LE(at + 20));
    files.set(name, archive.readUInt16LE(at + 10) === DEFLATED ? inflateRawSync(stored) : stored);
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
}

/** Writes the files of an archive below a folder. */
export async function extractZip(path: string, folder: string): Promise<void> {
  for (const [name, content] of await readZip(path)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}
