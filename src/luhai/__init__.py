"""luhai (陆海): what do a coast's monitoring files, its plan and the law say together?"""

__version__ = "0.1.0"
