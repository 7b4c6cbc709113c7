using System.Text.Json;

namespace Framevet.Pipeline.Models;

/// <summary>
/// A small JSON file of the state folder, read whole and written whole. Where the folder cannot be written the content lives as long as the
/// process; a damaged file counts as empty, since everything in it can be found out or asked again. Thread-safe within the process.
/// </summary>
internal sealed class StateFile<T>(string path, T empty)
    where T : class
{
    private readonly Lock _gate = new();
    private T? _unsaved;

    /// <summary>The content.</summary>
    public T Read()
    {
        lock (_gate)
        {
            return _unsaved ?? Stored();
        }
    }

    /// <summary>Changes the content. Returns whether it will be known after the process has ended.</summary>
    public bool Change(Func<T, T> change)
    {
        lock (_gate)
        {
            var content = change(_unsaved ?? Stored());
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                var draft = $"{path}.{Environment.ProcessId}.new";
                File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(content, ModelManifest.Json));
                File.Move(draft, path, overwrite: true);
                _unsaved = null;
                return true;
            }
            catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
            {
                _unsaved = content;
                return false;
            }
        }
    }

    private T Stored()
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), ModelManifest.Json) ?? empty : empty;
        }
        catch (Exception trouble) when (trouble is JsonException or IOException or UnauthorizedAccessException)
        {
            return empty;
        }
    }
}
