"""The console in the browser, mounted at /konsol: server-rendered, without business logic of its own."""
