"""The people's pages: a Django project that reads a workspace and shows what it holds.

Will this year's targets be met, what stands in the way, and why is each number what it is? The
pages read the stored results, the plan and the observations; they compute nothing that the science
rooms have not computed. The database holds only the administrator, sessions and import jobs.
"""
