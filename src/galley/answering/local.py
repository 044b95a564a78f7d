"""A model in this process, through transformers: any folder of an image-text-to-text model.

Runs in: worker. transformers and torch are loaded when a model is opened.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from galley.answering.values import Answer, Question
from galley.devices import Slot
from galley.errors import DeviceError, ModelError, NoAnswer

_INSTALL = "models in this process need transformers and torch: pip install 'galley-ocr[vlm]'"
_DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


def require_model_folder(folder: str | None) -> None:
    """Look whether transformers is installed and the folder may hold a model, without loading either.

    Raises:
        DeviceError: transformers or torch is not installed.
        ModelError: no folder is given, it is none, or it holds no configuration or no weights.
    """
    from importlib.util import find_spec

    if folder is None:
        raise ModelError(
            "DocUnderstanding needs a model: give doc_understanding_model_dir, the folder of an image-text-to-text "
            "model, or vl_rec_server_url, a server that has one"
        )
    if find_spec("transformers") is None or find_spec("torch") is None:
        raise DeviceError(_INSTALL)
    path = Path(folder)
    if not path.is_dir():
        raise ModelError(f"the model folder {folder!r} is not a folder")
    if not (path / "config.json").is_file():
        raise ModelError(f"{folder!r} is no model folder of transformers: it has no config.json")
    if not any(path.glob("*.safetensors")) and not any(path.glob("*.bin")):
        raise ModelError(f"{folder!r} holds no weights: neither *.safetensors nor *.bin")


class LocalAnswerer:
    """One model on one device."""

    encoded = False

    def __init__(self, folder: str, precision: str, slot: Slot) -> None:
        """Load the model.

        Raises:
            DeviceError: transformers is not installed, or torch cannot use the device.
            ModelError: the folder holds no such model.
        """
        try:
            import torch
            import transformers
        except ImportError as error:
            raise DeviceError(f"{_INSTALL} ({error})") from error
        self._torch: Any = torch
        self._name = Path(folder).resolve().name
        self._device = _torch_device(torch, slot)
        torch.set_num_threads(slot.threads)
        dtype = getattr(torch, _DTYPES[precision]) if precision in _DTYPES else "auto"
        try:
            processor: Any = transformers.AutoProcessor.from_pretrained(folder, local_files_only=True)
            model: Any = transformers.AutoModelForImageTextToText.from_pretrained(
                folder, local_files_only=True, dtype=dtype
            )
        except Exception as error:  # whatever the many classes behind the two raise
            raise ModelError(f"{folder!r} cannot be opened as an image-text-to-text model: {error}") from error
        if getattr(processor, "chat_template", None) is None:
            raise ModelError(f"{folder!r} has no chat template, so it is not known how to ask its model")
        processor.tokenizer.padding_side = "left"  # answers begin where the questions end
        self._processor = processor
        self._model = model.to(self._device).eval()

    def describe(self) -> str:
        """The folder's name, the class, precision and device."""
        return f"{self._name}, {type(self._model).__name__}, {self._model.dtype} on {self._device}"

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        """See `galley.answering.values.Answerer`. Questions with the same options are answered together.

        Raises:
            NoAnswer: the model said nothing.
            MemoryError: the device has too little.
        """
        options = questions[0].options
        if any(question.options != options for question in questions):
            return [answer for question in questions for answer in self.answer([question])]
        begun = time.monotonic()
        torch = self._torch
        try:
            inputs = self._processor.apply_chat_template(
                [_conversation(question) for question in questions],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                return_tensors="pt",
                padding=True,
            ).to(self._device, dtype=self._model.dtype)
            sampling = (
                {"do_sample": True, "temperature": options.temperature, "top_p": options.top_p}
                if options.temperature > 0
                else {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
            )
            with torch.inference_mode():
                tokens = self._model.generate(
                    **inputs,
                    max_new_tokens=options.max_new_tokens,
                    repetition_penalty=options.repetition_penalty,
                    **sampling,
                )
        except torch.OutOfMemoryError as error:
            raise MemoryError(f"{self._device} has too little memory: {error}") from error
        seconds = time.monotonic() - begun
        asked = inputs["attention_mask"].sum(dim=1).tolist()
        said = tokens[:, inputs["input_ids"].shape[1] :]
        return [
            self._read(row, int(count), seconds, options.max_new_tokens) for row, count in zip(said, asked, strict=True)
        ]

    def _read(self, tokens: Any, asked: int, seconds: float, most: int) -> Answer:
        text = self._processor.tokenizer.decode(tokens, skip_special_tokens=True).strip()
        padding = self._processor.tokenizer.pad_token_id
        count = int((tokens != padding).sum()) if padding is not None else len(tokens)
        if not text:
            raise NoAnswer("the answer is empty: the model said nothing")
        return Answer(text, self._name, "length" if count >= most else "stop", asked, count, seconds)

    def close(self) -> None:
        """Let go of the weights."""
        self._model = None


def _conversation(question: Question) -> list[dict[str, Any]]:
    content = [{"type": "image", "image": _to_picture(question.picture)}, {"type": "text", "text": question.text}]
    return [{"role": "user", "content": content}]


def _to_picture(pixels: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(pixels[:, :, ::-1]))


def _torch_device(torch: Any, slot: Slot) -> Any:
    """The device as torch calls it; a worker sees only its own accelerator.

    Raises:
        DeviceError: torch cannot use it.
    """
    kind = slot.device.kind
    if kind == "cpu":
        return torch.device("cpu")
    if kind in ("gpu", "dcu", "metax_gpu", "iluvatar_gpu") and torch.cuda.is_available():
        return torch.device("cuda:0")
    if kind in ("npu", "xpu", "mlu") and getattr(getattr(torch, kind, None), "is_available", bool)():
        return torch.device(f"{kind}:0")
    raise DeviceError(f"the torch that is installed ({torch.__version__}) cannot use {slot.device}")
