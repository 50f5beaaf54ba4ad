// The directory that a container is made from: its configuration and its root file system.

internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

/// A bundle whose configuration was read.
struct Bundle {
  /// The directory, absolute.
  let path: FilePath
  /// The configuration byte for byte.
  let configuration: [UInt8]
  /// The configuration.
  let specification: Specification
  /// The root file system, absolute.
  let rootDirectory: FilePath

  /// - Throws: `ContainerError.specification` for a field that is wrong, `.failed` when a file cannot be read.
  init(_ request: ContainerRequest) throws(ContainerError) {
    let start = try attempt("find the own directory") { () throws(SystemCallError) in
      try CallingProcess.workingDirectory()
    }
    path = start.pushing(request.bundle).lexicallyNormalized()
    let (file, directory) = (request.configuration, path)
    configuration = try attempt("read the configuration of bundle \(path)") { () throws(SystemCallError) in
      let bundle = try FileDescriptor.open(directory, [.path, .directory])
      return try bundle.readFile(file)
    }
    do throws(SpecificationError) {
      specification = try Specification(json: configuration)
    } catch {
      throw .specification(error)
    }
    guard let root = specification.root else {
      throw .specification(SpecificationError(path: "root", problem: "is missing"))
    }
    rootDirectory = path.pushing(FilePath(root.path)).lexicallyNormalized()
  }
}
