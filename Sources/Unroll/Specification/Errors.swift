// Whoever imports the engine has its errors.
@_exported import UnrollErrors
