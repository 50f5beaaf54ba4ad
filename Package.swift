// swift-tools-version: 6.3
import PackageDescription

/// Held by every Swift target of this package: Swift 6 mode, memory safety spelled out, warnings are errors.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

/// C that runs between fork and exec is held to the same standard.
let houseC: [CSetting] = [.treatAllWarnings(as: .error)]

/// A release executable is one static file: it starts as fast as C and runs in any root.
let staticSwift: [SwiftSetting] = [
  .unsafeFlags(["-static-stdlib"], .when(configuration: .release))
]

/// What is touched at every start, functions and data, lies together: a start touches a third fewer pages.
/// Benchmarks/startup-order makes the list of a program anew, from a build with SYMBOLS=1 in the environment, which
/// keeps the names that are stripped else.
func staticLink(_ program: String, _ libraries: [String] = []) -> [LinkerSetting] {
  [
    .unsafeFlags(
      [
        "-static-executable", "-Xlinker", "--gc-sections", "-use-ld=lld", "-Xlinker",
        "--symbol-ordering-file=\(Context.packageDirectory)/Sources/\(program)/startup-order.txt", "-Xlinker",
        "--no-warn-symbol-ordering", "-Xlinker", "--wrap=sysconf", "-Xlinker",
        "--script=\(Context.packageDirectory)/Sources/ProgramStart/constants.ld",
      ] + (Context.environment["SYMBOLS"] == nil ? ["-Xlinker", "-s"] : []) + libraries,
      .when(platforms: [.linux], configuration: .release))
  ]
}

let filePath: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "pangaea",
  products: [
    .executable(name: "pangaea", targets: ["pangaea"]),
    .executable(name: "pangaea-oci", targets: ["pangaea-oci"]),
    .library(name: "Pangaea", targets: ["Linux", "Processes", "Namespaces", "Cgroups", "Isolation"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .target(name: "CLinux", cSettings: houseC),
    .target(name: "Linux", dependencies: ["CLinux", filePath], swiftSettings: house),
    .target(name: "Processes", dependencies: ["Linux", filePath], swiftSettings: house),
    .target(name: "Cgroups", dependencies: ["Linux", filePath], swiftSettings: house),
    .target(name: "Namespaces", dependencies: ["Processes", "Linux", filePath], swiftSettings: house),
    .systemLibrary(name: "CSeccomp"),
    .target(
      name: "Isolation", dependencies: ["CSeccomp", "Namespaces", "Cgroups", "Processes", "Linux", filePath],
      swiftSettings: house),
    .target(name: "JSON", swiftSettings: house),
    .systemLibrary(name: "CSQLite"),
    .target(name: "SQLite", dependencies: ["CSQLite", filePath], swiftSettings: house),
    .target(name: "OCI", dependencies: ["JSON"], swiftSettings: house),
    .target(
      name: "Containers",
      dependencies: ["OCI", "JSON", "Isolation", "Namespaces", "Cgroups", "Processes", "Linux", filePath],
      swiftSettings: house),
    .systemLibrary(name: "CCurses"),
    .target(name: "Screen", dependencies: ["CCurses", "Linux"], swiftSettings: house),
    .target(name: "CommandDescription", dependencies: ["Linux", filePath], swiftSettings: house),
    .target(
      name: "EngineCommands",
      dependencies: [
        "CommandDescription", "Containers", "OCI", "JSON", "Isolation", "Cgroups", "Processes", "Linux", filePath,
      ],
      swiftSettings: house),
    .target(name: "CVTerm", cSettings: houseC, linkerSettings: [.linkedLibrary("vterm")]),
    .target(name: "TerminalEmulator", dependencies: ["CVTerm", "Linux"], swiftSettings: house),
    .target(name: "CourseFiles", path: "Sources/Lab/Courses", sources: ["courses.c"], cSettings: houseC),
    .target(
      name: "Lab",
      dependencies: [
        "CourseFiles", "Isolation", "Namespaces", "Cgroups", "Processes", "Linux", filePath,
      ],
      exclude: ["Courses"],
      swiftSettings: house),
    .target(name: "PageFiles", path: "Sources/Web/Resources", sources: ["resources.c"], cSettings: houseC),
    .target(
      name: "Web",
      dependencies: [
        "PageFiles", "JSON", "Isolation", "Namespaces", "Cgroups", "Processes", "Linux", filePath,
      ],
      exclude: ["Resources"],
      swiftSettings: house),
    .target(
      name: "Commands",
      dependencies: [
        "CommandDescription", "JSON", "SQLite", "Screen", "Lab", "TerminalEmulator", "Web", "Isolation", "Namespaces",
        "Cgroups", "Processes", "Linux", filePath,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: house),
    .target(
      name: "ProgramStart", dependencies: ["CLinux"], exclude: ["constants.ld"],
      cSettings: houseC + [.define("PROGRAM_IS_STATIC", .when(configuration: .release))]),
    .executableTarget(
      name: "pangaea", dependencies: ["Commands", "Linux", "ProgramStart"], exclude: ["startup-order.txt"],
      swiftSettings: house + staticSwift,
      // ArgumentParser uses FoundationEssentials, whose own C part no module names for the linker.
      linkerSettings: staticLink("pangaea", ["-l_FoundationCShims", "-l_FoundationCollections"])),
    .target(
      name: "ProtectedStart", dependencies: ["CLinux"], cSettings: houseC + [.headerSearchPath("../CLinux")]),
    .executableTarget(
      name: "pangaea-oci", dependencies: ["EngineCommands", "Linux", "ProgramStart", "ProtectedStart"],
      exclude: ["startup-order.txt"],
      swiftSettings: house + staticSwift,
      linkerSettings: [.unsafeFlags(["-Xlinker", "-e", "-Xlinker", "protected_start"])] + staticLink("pangaea-oci")),

    .executableTarget(
      name: "Probe", dependencies: ["Isolation", "Namespaces", "Cgroups", "Processes", "Linux", filePath],
      path: "Tests/Probe", swiftSettings: house),
    .executableTarget(name: "Forker", path: "Tests/Forker", cSettings: houseC),
    .target(
      name: "Fuzzing", dependencies: ["Linux", filePath], path: "Tests/Fuzzing",
      exclude: ["Corpus", "configurations"],
      swiftSettings: house),
    .testTarget(name: "LinuxTests", dependencies: ["Linux", filePath, "Probe"], swiftSettings: house),
    .testTarget(
      name: "ProcessesTests", dependencies: ["Fuzzing", "Processes", "Linux", filePath], swiftSettings: house),
    .testTarget(name: "CgroupsTests", dependencies: ["Fuzzing", "Cgroups", "Linux", filePath], swiftSettings: house),
    .testTarget(
      name: "NamespacesTests", dependencies: ["Namespaces", "Processes", "Linux", filePath], swiftSettings: house),
    .testTarget(
      name: "IsolationTests",
      dependencies: [
        "Fuzzing", "Isolation", "Namespaces", "Cgroups", "Processes", "Linux", filePath, "Probe", "Forker",
      ],
      swiftSettings: house),
    .testTarget(name: "ScreenTests", dependencies: ["Screen", "Linux"], swiftSettings: house),
    .testTarget(name: "JSONTests", dependencies: ["Fuzzing", "JSON"], swiftSettings: house),
    .testTarget(name: "SQLiteTests", dependencies: ["SQLite", "Linux", filePath], swiftSettings: house),
    .testTarget(name: "OCITests", dependencies: ["Fuzzing", "OCI", "JSON"], swiftSettings: house),
    .testTarget(
      name: "ContainersTests",
      dependencies: ["Fuzzing", "Containers", "OCI", "JSON", "Isolation", "Cgroups", "Processes", "Linux", filePath],
      swiftSettings: house),
    .testTarget(
      name: "EngineCommandsTests",
      dependencies: ["EngineCommands", "Containers", "OCI", "JSON", "Processes", "Linux", filePath],
      swiftSettings: house),
    .testTarget(
      name: "TerminalEmulatorTests", dependencies: ["TerminalEmulator", "Processes", "Linux", filePath],
      swiftSettings: house),
    .testTarget(
      name: "LabTests", dependencies: ["Fuzzing", "Lab", "Cgroups", "Processes", "Linux", filePath],
      swiftSettings: house),
    .testTarget(
      name: "WebTests", dependencies: ["Web", "JSON", "Processes", "Linux", filePath], swiftSettings: house),
    .testTarget(
      name: "CommandsTests",
      dependencies: [
        "Commands", "CommandDescription", "JSON", "SQLite", "Screen", "Lab", "Web", "Cgroups", "Processes", "Linux",
        filePath,
      ],
      exclude: ["Golden"],
      swiftSettings: house),
  ]
)
