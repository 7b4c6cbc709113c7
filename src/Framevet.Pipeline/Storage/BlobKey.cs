namespace Framevet.Pipeline.Storage;

/// <summary>What a key of the blob store looks like.</summary>
internal static class BlobKey
{
    /// <summary>The segments of a key.</summary>
    /// <exception cref="ArgumentException">It is no key of the store.</exception>
    public static string[] Segments(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var segments = key.Split('/');
        return segments[0] != DiskBlobStore.WorkFolder && segments.All(IsName) ? segments : throw new ArgumentException($"'{key}' is no blob key.", nameof(key));
    }

    /// <summary>The name of a folder for work that goes on later.</summary>
    /// <exception cref="ArgumentException">The name could mean another place.</exception>
    public static string WorkName(string name) => !string.IsNullOrEmpty(name) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        ? name
        : throw new ArgumentException("A name has letters, digits and hyphens only.", nameof(name));

    // A closed alphabet instead of a list of dangers: no '..', no drive, no back slash, no hidden name.
    private static bool IsName(string segment) =>
        segment.Length is > 0 and <= 128
        && segment[0] != '.'
        && segment[^1] != '.'
        && segment.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');
}
