using System.Runtime.InteropServices;

namespace Framevet.Pipeline.Tools;

/// <summary>
/// The entry points of libturbojpeg (version 2 of its API, libjpeg-turbo 1.5 or newer) that are used here. Bound by hand and not by
/// attributes, because the library's file name differs between systems and a missing library must be a sentence, not a crash.
/// </summary>
internal sealed unsafe class TurboJpeg
{
    private static readonly string[] Names =
        OperatingSystem.IsWindows() ? ["turbojpeg.dll", "libturbojpeg.dll"]
        : OperatingSystem.IsMacOS() ? ["libturbojpeg.0.dylib", "libturbojpeg.dylib", "/opt/homebrew/lib/libturbojpeg.dylib", "/opt/homebrew/opt/jpeg-turbo/lib/libturbojpeg.dylib", "/usr/local/opt/jpeg-turbo/lib/libturbojpeg.dylib"]
        : ["libturbojpeg.so.0", "libturbojpeg.so"];

    private static readonly Lazy<TurboJpeg?> Instance = new(Load);

    private TurboJpeg(nint library)
    {
        InitCompress = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "tjInitCompress");
        InitDecompress = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "tjInitDecompress");
        Destroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "tjDestroy");
        Free = (delegate* unmanaged<byte*, void>)NativeLibrary.GetExport(library, "tjFree");
        LastError = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "tjGetErrorStr2");
        CompressPlanes = (delegate* unmanaged<nint, byte**, int, int*, int, int, byte**, nuint*, int, int, int>)NativeLibrary.GetExport(library, "tjCompressFromYUVPlanes");
        CompressRgb = (delegate* unmanaged<nint, byte*, int, int, int, int, byte**, nuint*, int, int, int, int>)NativeLibrary.GetExport(library, "tjCompress2");
        ReadHeader = (delegate* unmanaged<nint, byte*, nuint, int*, int*, int*, int*, int>)NativeLibrary.GetExport(library, "tjDecompressHeader3");
        Decompress = (delegate* unmanaged<nint, byte*, nuint, byte*, int, int, int, int, int, int>)NativeLibrary.GetExport(library, "tjDecompress2");
    }

    /// <summary>Whether the library can be loaded.</summary>
    public static bool IsAvailable => Instance.Value is not null;

    /// <summary>The loaded library.</summary>
    /// <exception cref="VettingException">ToolMissing.</exception>
    public static TurboJpeg Required => Instance.Value ?? throw new VettingException(
        FailureCode.ToolMissing,
        "libturbojpeg was not found: install it (Debian: apt install libturbojpeg0).",
        $"Looked for {string.Join(", ", Names)}.");

    public delegate* unmanaged<nint> InitCompress { get; }

    public delegate* unmanaged<nint> InitDecompress { get; }

    public delegate* unmanaged<nint, int> Destroy { get; }

    public delegate* unmanaged<byte*, void> Free { get; }

    /// <summary>handle, planes[3], width, strides[3], height, subsampling, out jpeg, out size, quality, flags.</summary>
    public delegate* unmanaged<nint, byte**, int, int*, int, int, byte**, nuint*, int, int, int> CompressPlanes { get; }

    /// <summary>handle, pixels, width, pitch, height, format, out jpeg, out size, subsampling, quality, flags.</summary>
    public delegate* unmanaged<nint, byte*, int, int, int, int, byte**, nuint*, int, int, int, int> CompressRgb { get; }

    /// <summary>handle, jpeg, size, out width, out height, out subsampling, out colour space.</summary>
    public delegate* unmanaged<nint, byte*, nuint, int*, int*, int*, int*, int> ReadHeader { get; }

    /// <summary>handle, jpeg, size, pixels, width, pitch, height, format, flags.</summary>
    public delegate* unmanaged<nint, byte*, nuint, byte*, int, int, int, int, int, int> Decompress { get; }

    private delegate* unmanaged<nint, byte*> LastError { get; }

    /// <summary>What went wrong last on this handle.</summary>
    public string Error(nint handle) => Marshal.PtrToStringUTF8((nint)LastError(handle)) ?? "unknown error";

    private static TurboJpeg? Load()
    {
        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, out var library))
            {
                return new TurboJpeg(library);
            }
        }

        return null;
    }
}
