#!/usr/bin/env bash
# Draws the program's icons from icons/branchline.svg. The pictures are in the repository: this
# runs only when the drawing changes, and needs rsvg-convert (Debian: librsvg2-bin).
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

draw() { rsvg-convert --width "$1" --height "$1" --output "icons/$2" icons/branchline.svg; }
draw 32 32x32.png
draw 128 128x128.png
draw 256 128x128@2x.png
draw 512 icon.png
