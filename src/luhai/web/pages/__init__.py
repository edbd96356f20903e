"""The pages: one module answers one page; what several of them need lies a level above."""
