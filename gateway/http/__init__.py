"""The HTTP door: every route of the contract (docs/http.md). What a request means is the gateway's business."""
