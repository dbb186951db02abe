declare module 'heic-decode' {
  interface HeicImage {
    width: number
    height: number
    /** RGBA, turned upright, in the picture's own colour space. */
    decode(): Promise<{ width: number; height: number; data: Uint8ClampedArray }>
  }
  const heicDecode: { all(options: { buffer: Uint8Array }): Promise<HeicImage[]> }
  export default heicDecode
}
