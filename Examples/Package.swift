// swift-tools-version: 6.3
import PackageDescription

let package = Package(
  name: "examples",
  dependencies: [.package(name: "pangaea", path: "..")],
  targets: [
    .executableTarget(
      name: "continent", dependencies: [.product(name: "Pangaea", package: "pangaea")],
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
  ]
)
