using System.Globalization;
using System.Security.Cryptography;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;

namespace Framevet.Web.Tests.Cluster;

/// <summary>The files of a store in a folder, as whoever opens them finds them.</summary>
internal sealed class StoredFiles(string root)
{
    /// <summary>The thumbnails of a run: PTS and SHA-256 of each.</summary>
    public string[] PicturesOf(RunId run) =>
        [.. Directory.EnumerateFiles(Path.Combine(root, "thumbs", run.ToString())).Select(f => $"{Path.GetFileNameWithoutExtension(f)} {Hash(f)}").Order(StringComparer.Ordinal)];

    /// <summary>
    /// Opens every file: originals have the SHA-256 that they are named after, pictures decode to their last line, the exports of these keys are there, and there is nothing else. How many there are, and how
    /// many begun ones of killed processes: in the folder of work, and exports that somebody else made after them.
    /// </summary>
    public (int Whole, int Begun) Check(IReadOnlyCollection<string> exports)
    {
        exports.Where(key => !File.Exists(Path.Combine(root, key))).ShouldBeEmpty();
        var places = exports.Select(Path.GetFileNameWithoutExtension).ToHashSet(StringComparer.Ordinal);
        var codec = new JpegCodec();
        var (whole, begun) = (0, 0);
        foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            var place = Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar);
            switch (place)
            {
                case [DiskBlobStore.WorkFolder, ..]:
                    begun++;
                    break;
                case ["media", _, var name]:
                    Hash(file).ShouldBe(name);
                    whole++;
                    break;
                case ["thumbs" or "frames", _, var name] when long.TryParse(Path.GetFileNameWithoutExtension(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _):
                    var bytes = File.ReadAllBytes(file);
                    bytes[^2..].ShouldBe([0xFF, 0xD9], $"{file} has no end");
                    codec.Decode(bytes, int.MaxValue).Width.ShouldBeGreaterThan(0);
                    whole++;
                    break;
                case ["exports", var name, ..]:
                    _ = places.Contains(Path.GetFileNameWithoutExtension(name)) ? whole++ : begun++;
                    break;
                default:
                    throw new InvalidOperationException($"{string.Join('/', place)} belongs to nothing.");
            }
        }

        return (whole, begun);
    }

    private static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
