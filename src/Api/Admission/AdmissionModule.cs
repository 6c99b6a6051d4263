using FcnService.Api.Hosting;
using FcnService.Inference.Scheduling;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Admission;

/// <summary>What is taken in, and the queue that it waits in.</summary>
internal static class AdmissionModule
{
    public static void AddAdmission(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<AdmissionOptions>("Admission");
        builder.AddCheckedOptions<SchedulingOptions>("Scheduling");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<AdmissionControl>();
        builder.Services.AddSingleton(services =>
        {
            var scheduling = services.GetRequiredService<IOptions<SchedulingOptions>>().Value;
            var decoders = services.GetRequiredService<IOptions<AdmissionOptions>>().Value.MaxDecoders;
            return new SegmentationPipeline(
                new SchedulingSettings { MaxBatch = scheduling.MaxBatch, MaxDelay = TimeSpan.FromMilliseconds(scheduling.MaxDelayMilliseconds) },
                decoders == 0 ? Environment.ProcessorCount : decoders);
        });
    }
}
