using System.Runtime.InteropServices;

namespace DiffusionSharp.Data.Formats;

/// <summary>The few entries of libjpeg-turbo's TurboJPEG 2 interface that decoding needs, bound when first used.</summary>
internal sealed class TurboJpeg
{
    private static readonly string[] LibraryNames = ["libturbojpeg.so.0", "libturbojpeg", "turbojpeg", "libturbojpeg.0.dylib"];
    private static readonly Lazy<TurboJpeg?> Loaded = new(TryLoad);

    private TurboJpeg(nint library)
    {
        Begin = Bind<InitDecompress>(library, "tjInitDecompress");
        ReadHeader = Bind<DecompressHeader>(library, "tjDecompressHeader3");
        Decode = Bind<Decompress>(library, "tjDecompress2");
        End = Bind<Destroy>(library, "tjDestroy");
        ErrorText = Bind<GetErrorText>(library, "tjGetErrorStr2");
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate nint InitDecompress();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int DecompressHeader(nint handle, byte[] bytes, CULong length, out int width, out int height, out int subsampling, out int colourSpace);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int Decompress(nint handle, byte[] bytes, CULong length, [Out] byte[] pixels, int width, int pitch, int height, int pixelFormat, int flags);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int Destroy(nint handle);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate nint GetErrorText(nint handle);

    /// <summary>The library, or null where it is not installed.</summary>
    public static TurboJpeg? Instance => Loaded.Value;

    public InitDecompress Begin { get; }

    public DecompressHeader ReadHeader { get; }

    public Decompress Decode { get; }

    public Destroy End { get; }

    public GetErrorText ErrorText { get; }

    private static TurboJpeg? TryLoad()
    {
        foreach (var name in LibraryNames)
        {
            if (!NativeLibrary.TryLoad(name, typeof(TurboJpeg).Assembly, searchPath: null, out var library)) continue;
            // The youngest of the entries: a library that has it has all.
            if (NativeLibrary.TryGetExport(library, "tjGetErrorStr2", out _)) return new TurboJpeg(library);
            NativeLibrary.Free(library);
        }

        return null;
    }

    private static T Bind<T>(nint library, string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));
}
