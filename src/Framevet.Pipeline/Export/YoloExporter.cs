using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Export;

/// <summary>
/// Pictures and boxes as YOLO tools read them: <c>images/</c>, one text file per picture in <c>labels/</c> (class, centre and size, relative), <c>classes.txt</c> and <c>data.yaml</c>. A picture in which
/// nothing was found has an empty text file, which means exactly that.
/// </summary>
[Part("yolo", "YOLO", "Pictures with boxes of faces and things in the YOLO format, in one zip.")]
public sealed class YoloExporter(DatasetOptions options, FrameExtractor extractor, TimeProvider time) : IExporter
{
    /// <inheritdoc/>
    public Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        return DatasetFiles.WriteAsync(extractor, request, options, "yolo", "images", (images, _) => Texts(images), time, progress, ct);
    }

    private static IEnumerable<(string Name, string Text)> Texts(ImmutableArray<DatasetImage> images)
    {
        string[] labels = [.. images.SelectMany(i => i.Boxes).Select(b => b.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        yield return ("classes.txt", string.Concat(labels.Select(l => $"{OneLine(l)}\n")));
        var yaml = new StringBuilder("path: .\ntrain: images\nval: images\n").Append(CultureInfo.InvariantCulture, $"nc: {labels.Length}\nnames:");
        yaml.Append(labels.Length == 0 ? " []\n" : "\n");
        for (var i = 0; i < labels.Length; i++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  {i}: '{OneLine(labels[i]).Replace("'", "''", StringComparison.Ordinal)}'\n");
        }

        yield return ("data.yaml", yaml.ToString());
        foreach (var image in images)
        {
            yield return ($"labels/{Path.GetFileNameWithoutExtension(image.Name)}.txt", string.Concat(image.Boxes.Select(b => Line(Array.IndexOf(labels, b.Label), b))));
        }
    }

    private static string Line(int label, DatasetBox box) =>
        string.Create(CultureInfo.InvariantCulture, $"{label} {box.Left + (box.Width / 2):0.######} {box.Top + (box.Height / 2):0.######} {box.Width:0.######} {box.Height:0.######}\n");

    private static string OneLine(string label) => string.Concat(label.Where(c => !char.IsControl(c)));
}
