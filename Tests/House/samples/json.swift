// JSON may be read with FoundationEssentials. path: Sources/Commands/JSON.swift
import FoundationEssentials

func encode() { JSONEncoder() }
