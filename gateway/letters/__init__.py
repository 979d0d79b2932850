"""Looking at letters before they are sent, and at what a customer got and will get: `vip letters`, docs/letters.md."""
