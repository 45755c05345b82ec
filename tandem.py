"""The public face: `import tandem`."""
