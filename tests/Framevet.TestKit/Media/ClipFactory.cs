namespace Framevet.TestKit.Media;

/// <summary>Makes small clips with ffmpeg's own sources in a folder that goes away with it.</summary>
public sealed class ClipFactory : IDisposable
{
    /// <summary>Where the clips are.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("framevet-clips-").FullName;

    /// <summary>Makes a clip from a lavfi source; <paramref name="options"/> are ffmpeg's output options.</summary>
    public async Task<string> MakeAsync(string name, string source, IEnumerable<string> options, CancellationToken ct)
    {
        var path = Path.Combine(Folder, name);
        await ReferenceTools.FfmpegAsync(["-f", "lavfi", "-i", source, .. options, path], ct);
        return path;
    }

    /// <summary>Writes a file with this content.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, content.ToArray());
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
