"""What a Python user would write to take a data set in: PIL and a pool of processes.

    python3 bench/peer/import.py --data ZIP --processes 4

For every image of the archive: decode, check, hash, measure (mean and deviation of every channel), and a 128 px copy into one array on disk.
Prints images a second. Used by `MalariaLab.Bench versus`.
"""
import argparse
import hashlib
import io
import os
import tempfile
import time
import zipfile
from multiprocessing import Pool

import numpy as np
from PIL import Image

archive = None


def open_archive(path):
    global archive
    archive = zipfile.ZipFile(path)


def take_in(name):
    data = archive.read(name)
    sha = hashlib.sha256(data).hexdigest()
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            rgb = image.convert("RGB")
    except OSError as error:
        return name, sha, str(error), None
    pixels = np.asarray(rgb, dtype=np.float32)
    measures = (rgb.size, pixels.mean((0, 1)), pixels.std((0, 1)))
    small = np.asarray(rgb.resize((128, 128), Image.BILINEAR))
    return name, sha, measures, small


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--work", default=tempfile.gettempdir())
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    args = parser.parse_args()
    start = time.perf_counter()
    with zipfile.ZipFile(args.data) as listing:
        names = [n for n in listing.namelist() if n.lower().endswith((".png", ".jpg", ".jpeg"))]
    path = os.path.join(args.work, f"peer-cache-{os.getpid()}.bin")
    cache = np.memmap(path, np.uint8, "w+", shape=(len(names), 128, 128, 3))
    try:
        with Pool(args.processes, open_archive, (args.data,)) as pool:
            manifest = []
            for i, (name, sha, measures, small) in enumerate(pool.imap(take_in, names, chunksize=16)):
                manifest.append((name, sha, measures))
                if small is not None:
                    cache[i] = small
        print(f"import {len(names) / (time.perf_counter() - start):.1f} img/s")
    finally:
        os.remove(path)


if __name__ == "__main__":
    main()
