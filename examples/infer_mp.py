"""Run a folder through a pipeline with many processes: the flags of PaddleOCR's script, on Galley's API.

python infer_mp.py --pipeline DocPreprocessor --input_dir input_images/ --device 'gpu:0,1,2,3' --output_dir output
"""

from __future__ import annotations

import argparse
import sys

import galley


def main() -> int:
    """Parse the flags and run the batch."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pipeline", required=True, help="such as DocPreprocessor or paddleocr:PPStructureV3")
    parser.add_argument("--input_dir", required=True)
    parser.add_argument("--device", required=True, help="one or more, such as cpu, gpu:0 or gpu:0,1,2,3")
    parser.add_argument("--output_dir", default="output")
    parser.add_argument("--instances_per_device", type=int, default=1)
    parser.add_argument("--batch_size", type=int, default=1)
    parser.add_argument("--input_glob_pattern", default="*")
    try:
        report = galley.batch(**vars(parser.parse_args()))
    except galley.GalleyError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(f"{report.done} pages done, {report.failed} failed; see {report.output_dir}/report.json")
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
