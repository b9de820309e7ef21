import UnrollErrors

/// Errors of the file's structures do not know whose they are: this puts the
/// object's path before them.
func at<R>(_ place: @autoclosure () -> String, _ body: () throws(UnrollError) -> R) throws(UnrollError) -> R {
  do throws(UnrollError) { return try body() } catch {
    throw error.code == .outOfMemory || error.code == .io ? error : UnrollError(error.code, "\(place()): \(error.message)")
  }
}

/// What to do with files that use more of HDF5 than is read here.
let repack = "rewrite the file with h5repack, or save the model again"

/// The product of sizes that a file declares.
func declaredProduct(_ factors: [Int], _ what: @autoclosure () -> String) throws(UnrollError) -> Int {
  do throws(UnrollError) { return try checkedProduct(factors, what()) } catch { throw UnrollError(.format, error.message) }
}
