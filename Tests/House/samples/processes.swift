// A lower module may not look up. path: Sources/Processes/Sample.swift
internal import Namespaces  // expect: Processes may not import Namespaces
internal import ArgumentParser  // expect: Processes may not import ArgumentParser
internal import Linux
internal import Synchronization
