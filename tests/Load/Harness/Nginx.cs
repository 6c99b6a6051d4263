using System.Diagnostics;

namespace FcnService.Load.Harness;

/// <summary>nginx in front of replicas, with a configuration and a folder of its own.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private readonly Process process;

    private readonly DirectoryInfo folder;

    private Nginx(Process process, DirectoryInfo folder, int port)
    {
        this.process = process;
        this.folder = folder;
        Port = port;
    }

    public int Port { get; }

    /// <summary>The program, or null if it is not installed. Debian has it outside of an ordinary user's PATH.</summary>
    public static string? Find() =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin".Split(':')
            .Select(path => Path.Combine(path, "nginx"))
            .FirstOrDefault(File.Exists);

    /// <exception cref="ServiceFault">It does not answer within 10 s.</exception>
    public static async Task<Nginx> StartAsync(string program, IEnumerable<int> replicas, CancellationToken cancellation)
    {
        var (folder, port) = (Directory.CreateTempSubdirectory("fcn-load-"), ServiceProcess.FreePort());
        var configuration = Path.Combine(folder.FullName, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configuration(folder.FullName, port, replicas), cancellation);
        var process = Process.Start(program, ["-p", folder.FullName, "-c", configuration, "-e", "error.log"]);
        var nginx = new Nginx(process, folder, port);
        for (var attempt = 0; attempt < 100 && !process.HasExited; attempt++)
        {
            if ((await LoadClient.SendAsync(port, Request.Get("/healthz/live"), cancellation)).Status == 200)
            {
                return nginx;
            }

            await Task.Delay(100, cancellation);
        }

        await nginx.DisposeAsync();
        throw new ServiceFault($"{program} does not answer.");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        folder.Delete(recursive: true);
    }

    // POST /segment only computes: asking a second replica does no harm, so that nginx may ask again (non_idempotent). One process, so that
    // ending it ends all.
    private static string Configuration(string folder, int port, IEnumerable<int> replicas) => $$"""
        daemon off;
        master_process off;
        pid {{folder}}/nginx.pid;
        error_log {{folder}}/error.log;
        events { worker_connections 1024; }
        http {
          access_log off;
          client_max_body_size 32m;
          client_body_buffer_size 1m;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          upstream replicas {
        {{string.Join('\n', replicas.Select(replica => $"    server 127.0.0.1:{replica};"))}}
          }
          server {
            listen 127.0.0.1:{{port}};
            location / {
              proxy_pass http://replicas;
              proxy_next_upstream error timeout http_502 http_503 non_idempotent;
            }
          }
        }
        """;
}
