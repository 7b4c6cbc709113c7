using System.Text.Json;

namespace Framevet.Pipeline.Scoring;

/// <summary>Reads parameter files: JSON objects of numbers, vectors and matrices.</summary>
internal static class ModelJson
{
    // Parameter files are some tens of kilobytes; anything far larger is another file.
    private const long MaxBytes = 64L * 1024 * 1024;

    /// <summary>The file's content as <typeparamref name="T"/>; <paramref name="isSound"/> judges shapes and values.</summary>
    /// <exception cref="VettingException">ModelMissing or ModelMismatch, naming the file.</exception>
    public static T Read<T>(ModelsOptions models, string file, Predicate<T> isSound)
        where T : class
    {
        var path = models.Find(file);
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length <= MaxBytes && JsonSerializer.Deserialize<T>(stream, PipelineJson.Options) is { } read && isSound(read))
            {
                return read;
            }
        }
        catch (JsonException trouble)
        {
            throw Mismatch(file, trouble);
        }
        catch (IOException trouble)
        {
            throw new VettingException(FailureCode.ModelMissing, $"The model file {file} cannot be read.", trouble.Message, trouble);
        }

        throw Mismatch(file, null);
    }

    private static VettingException Mismatch(string file, Exception? trouble) =>
        new(FailureCode.ModelMismatch, $"The model file {file} does not hold what it should.", trouble?.Message, trouble);
}
