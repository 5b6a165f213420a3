"""The front's side of the processes that run the module: started, asked, watched, ended."""
