"""How a track lives: started, confirmed, fitted anew, merged, told, ended."""
