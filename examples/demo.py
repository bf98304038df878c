"""The demonstration behind ``make demo``: reads the sample book and asks it two questions.

Everything that it writes goes to the folder that ``LONGREAD_HOME`` names.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

SAMPLE = Path(__file__).with_name("the-uncorrected-tide.epub")
QUESTIONS = (
    "What colour is Dr. Sowerby's Hillman?",
    "What did the stone of Hannah Stoker cost, and who put it up?",
)


def longread(*arguments: str) -> None:
    """Run a longread command as a user would; ends the demonstration where it fails."""
    shown = " ".join(f'"{item}"' if " " in item else item for item in arguments)
    print(f"\n$ longread {shown}", flush=True)
    command = [sys.executable, "-m", "longread", *arguments]
    code = subprocess.run(command, check=False).returncode
    if code:
        sys.exit(code)


def main() -> None:
    """Fetch a model where there is none yet, take the sample in, ask."""
    print(f"The sample book: {SAMPLE.stem.replace('-', ' ')}, 14 chapters, CC0.")
    sample = (
        str(SAMPLE.relative_to(Path.cwd())) if SAMPLE.is_relative_to(Path.cwd()) else str(SAMPLE)
    )
    longread("models", "pull", "--default", "--yes")
    # Askable within seconds; what the model's own reading adds takes minutes.
    longread("read", sample, "--index-only")
    for question in QUESTIONS:
        started = time.monotonic()
        longread("ask", sample, question, "--evidence-tokens", "600")
        print(f"({time.monotonic() - started:.0f} s)", flush=True)
    if shutil.which("longread") is None:
        print("\nAsk it yourself:  LONGREAD_HOME=.demo .venv/bin/longread ask", end=" ")
        print(f'{sample} "Who is Lady Low Water?"')
        print("Let the model read it, for quicker answers:  LONGREAD_HOME=.demo", end=" ")
        print(f".venv/bin/longread read {sample}")


if __name__ == "__main__":
    main()
