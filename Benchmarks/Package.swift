// swift-tools-version: 6.3
import PackageDescription

/// The same standard as the house's own targets.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]
let houseC: [CSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "benchmarks",
  targets: [
    .target(name: "CWorld", cSettings: houseC),
    .executableTarget(name: "benchmarks", dependencies: ["CWorld"], swiftSettings: house),
  ]
)
