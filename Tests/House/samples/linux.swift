// Linux alone may name what the C library has. path: Sources/Linux/Sample.swift
internal import CLinux
internal import Glibc

func call(_ pointer: UnsafeRawPointer) { if errno == syscall(1) {} }
