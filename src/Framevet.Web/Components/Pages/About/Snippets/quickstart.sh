#!/usr/bin/env bash
# FRAMEVET_URL and FRAMEVET_KEY say where and who. Usage: quickstart.sh clip.mp4 picks.zip
set -euo pipefail
api="$FRAMEVET_URL/api/v1"
auth="Authorization: Bearer $FRAMEVET_KEY"
field() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }

# 1. Submit a file; the answer names its run.
run=$(curl -sS --fail-with-body -H "$auth" -F "files=@$1" -F "recipe=Top 10 %" "$api/runs" | field id)
echo "run $run"

# 2. Ask until it is over.
until state=$(curl -sS --fail-with-body -H "$auth" "$api/runs/$run" | field state) && [[ $state =~ ^(done|failed|cancelled|awaitingReview)$ ]]; do sleep 1; done
echo "state $state"

# 3. The best frames, best first.
curl -sS --fail-with-body -H "$auth" "$api/runs/$run/frames?state=selected&sort=rank"; echo

# 4. Download them.
export_id=$(curl -sS --fail-with-body -H "$auth" -H "Content-Type: application/json" -d '{}' "$api/runs/$run/exports" | field id)
until curl -sS --fail -H "$auth" -o "$2" "$api/exports/$export_id/file" 2>/dev/null; do sleep 1; done
echo "saved $2"
